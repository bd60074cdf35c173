"""Commands on the files of networks: inspect, convert, blend."""
