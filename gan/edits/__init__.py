"""What is done to ws between mapping and synthesis."""
