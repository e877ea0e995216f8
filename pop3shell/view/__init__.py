"""What a person sees of a dialogue, wherever it is shown."""
