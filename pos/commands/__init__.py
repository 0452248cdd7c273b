"""What the commands of `pos` do: small functions over core's calls, printing results for people or as JSON."""
