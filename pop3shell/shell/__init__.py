"""The shell: typed lines and scripts, and the commands that begin with a colon."""
