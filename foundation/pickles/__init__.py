"""Reading of pickles and files of torch.save as data: no code of a file is run, and nothing is imported for it.

Tensors come as `records.View`, numbers that stay in the file until they are wanted. Standard library, and NumPy once
numbers are read.
"""
