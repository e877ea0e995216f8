"""The shell as a person types at it: prompt, completion, advice, masking, history."""
