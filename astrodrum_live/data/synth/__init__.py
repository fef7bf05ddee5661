"""Electronic drums from models of their circuits, written here and free of anyone's rights."""
