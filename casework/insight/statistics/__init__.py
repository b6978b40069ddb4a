"""Reports on whole quarters: counts of households in which nobody can be found."""
