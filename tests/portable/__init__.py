"""The product as it finds Windows: without what that system lacks, with files that behave as there."""
