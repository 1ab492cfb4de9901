"""The tag's logic: ints and bytes in, values out. No clock, file, pin or float."""
