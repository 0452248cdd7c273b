"""Small widgets, each told what to show; none knows where it comes from."""
