"""What a release is made of: the package for the index, and the notes."""
