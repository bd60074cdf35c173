"""Style mixing: shelf, layers, drag and drop, selection and the mixing grid."""
