"""What ops mean, and the home that keeps them."""
