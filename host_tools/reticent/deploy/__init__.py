"""The firmware as it is deployed: one program, made small for the tag's heap, with a map back."""
