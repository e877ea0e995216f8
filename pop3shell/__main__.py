"""``python -m pop3shell``."""

from pop3shell.cli.main import main

main()
