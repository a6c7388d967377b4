+ RoPAR 0.1.0 .
PYTHONPATH +:= site
