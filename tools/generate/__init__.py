"""What follows from the declared tables: pages, staging models, the catalog of the examples."""
