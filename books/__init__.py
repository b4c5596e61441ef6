"""From rows to books: what is built upon the tables that a sync fills. The models themselves are in dbt/."""
