"""Picture files, pictures and tensors: reading, checking, scaling, writing."""
