"""What listens: the practice server, and the mock that re-enacts a recorded session."""
