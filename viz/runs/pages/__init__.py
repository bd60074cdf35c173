"""Contents of the Run panel for runs other than trainings: results, films, datasets."""
