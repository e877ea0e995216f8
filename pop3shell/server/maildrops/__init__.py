"""Where the practice server's mail comes from, and the lock on it while a session lasts."""
