"""The measurements in the README, each with its peers or physical limits measured beside it in the same run."""
