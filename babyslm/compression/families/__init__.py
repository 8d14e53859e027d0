"""What can be compressed: one small adapter a family of networks."""
