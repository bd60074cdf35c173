"""Errors of reading a network. Every message names the problem and the remedy."""


class LoadError(Exception):
    """A network could not be read.

    Attributes:
        detail: One sentence for the user: what is wrong and what to do.
        source: The file, folder or address that was asked for, once it is known.
    """

    def __init__(self, detail: str, source: str | None = None) -> None:
        super().__init__(detail, source)
        self.detail = detail
        self.source = source

    def __str__(self) -> str:
        return self.detail if self.source is None else f"{self.source}: {self.detail}"


class UnsafePickleError(LoadError):
    """A pickle names something that is not data; it was refused without running any code.

    Attributes:
        name: The global that was refused, for example `os.system`.
    """

    def __init__(self, name: str, source: str | None = None, *, detail: str | None = None) -> None:
        super().__init__(
            detail
            or f"The file asks for the Python object {name}, which a network does not need, so it was refused "
            "and nothing in the file was run; get the network again from a source that you trust.",
            source,
        )
        self.name = name


class UnsupportedNetworkError(LoadError):
    """The file is valid, but contains no network that this version can build."""


class CorruptFileError(LoadError):
    """The file is damaged, or not a network file."""


class NotFoundError(LoadError):
    """There is no such file or folder, it cannot be opened, or a run folder holds no network yet."""


class DownloadError(LoadError):
    """A network could not be fetched from its address.

    Attributes:
        status: The HTTP status that the server answered, or None where it never answered.
    """

    def __init__(self, detail: str, source: str | None = None, *, status: int | None = None) -> None:
        super().__init__(detail, source)
        self.status = status
