"""`python -m gan COMMAND`: images, films, figures, files, data, training and metrics without a window."""

from gan.cli.main import main

if __name__ == "__main__":
    main()
