"""Python imports this at its start when the folder is on its path: every process behaves as on Windows then."""

from tests.portable import stand_in

stand_in.install()
