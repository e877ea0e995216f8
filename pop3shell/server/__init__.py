"""What listens: the practice server."""
