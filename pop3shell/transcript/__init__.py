"""The remembered dialogue: its model, its text format, comparison."""
