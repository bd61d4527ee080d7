"""What the DAGs of the pipeline share. Airflow finds it in its plugins folder, and so does the triggerer."""
