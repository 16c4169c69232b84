"""Targets that a dataset is converted to, one a file."""

from recli.data.converters._base import Converter, FileConverter, FolderConverter, Written

__all__ = ["Converter", "FileConverter", "FolderConverter", "Written"]
