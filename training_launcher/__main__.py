"""`python -m training_launcher submit|list|watch|stop|resume`."""

from training_launcher.cli.main import main

if __name__ == "__main__":
    main(prog_name="python -m training_launcher")
