"""Tax events as files that tax programs and accountants import."""
