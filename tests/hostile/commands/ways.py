"""Options of all commands that name a file to read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """A command with one option to be given a hostile file.

    Attributes:
        program: "gan" or "renderer".
        words: The command and its other options; {file} stands for the hostile file, {sound} for a sound network,
            {photo}, {array}, {data}, {document} for sound files of these kinds, {out} for a place to write to.
        kinds: Kinds of files that the option takes.
    """

    program: str
    words: str
    kinds: tuple[str, ...]

    @property
    def name(self) -> str:
        """The command with its options."""
        return f"{self.program} {self.words}"


def _gan(words: str, *kinds: str) -> Way:
    return Way("gan", words, kinds)


def _renderer(words: str, *kinds: str) -> Way:
    return Way("renderer", words, kinds)


NETWORKS = ("network", "pickle")
WAYS = (
    _gan("images --network={file} --seeds=0 --outdir={out}", *NETWORKS),
    _gan("images --network={sound} --seeds=0 --outdir={out} --condition={file}", "numbers"),
    _gan("images --network={sound} --outdir={out} --projected-w={file}", "array"),
    _gan("images --network={sound} --seeds=0 --outdir={out} --direction={file}:1", "array"),
    _gan("video --network={file} --seeds=0 --output={out}.mp4", *NETWORKS),
    _gan("video --network={sound} --seeds=0 --output={out}.mp4 --direction={file}:1", "array"),
    _gan("style-mixing --network={file} --rows=0 --cols=1 --outdir={out}", *NETWORKS),
    _gan("noise-figures --network={file} --seeds=0 --outdir={out}", *NETWORKS),
    _gan("truncation-figure --network={file} --seeds=0 --outdir={out}", *NETWORKS),
    _gan("uncurated-figure --network={file} --outdir={out}", *NETWORKS),
    _gan("directions pca --network={file} --output={out}.npz", *NETWORKS),
    _gan("directions sefa --network={file} --output={out}.npz", *NETWORKS),
    _gan("directions stylespace --network={file} --output={out}.npz", *NETWORKS),
    _gan("directions boundary --network={sound} --latents={file} --scores={array} --output={out}.npz", "array"),
    _gan("directions boundary --network={sound} --latents={array} --scores={file} --output={out}.npz", "array"),
    _gan("directions measure --network={file} --make=brighter --output={out}.npz", *NETWORKS),
    _gan("directions classes --network={file} --start=0 --to=1 --output={out}.npz", *NETWORKS),
    _gan("project --num-steps=1 --network={file} --target={photo} --outdir={out}", *NETWORKS),
    _gan("project --num-steps=1 --network={sound} --target={file} --outdir={out}", "picture", "photo"),
    _gan("project --num-steps=1 --network={sound} --target={photo} --ignore={file} --outdir={out}", "picture", "photo"),
    _gan("project --num-steps=1 --network={sound} --target={photo} --start={file} --outdir={out}", "array"),
    _gan(
        "project --num-steps=1 --network={sound} --target={photo} --encoder={file} --trust-encoder --outdir={out}",
        "script",
    ),
    _gan("project --num-steps=1 --network={sound} --target={photo} --detector={file} --outdir={out}", "script"),
    _gan("drag --network={file} --points=1,1:3,3 --outdir={out}", *NETWORKS),
    _gan("drag --network={sound} --points=1,1:3,3 --outdir={out} --w={file}", "array"),
    _gan("drag --network={sound} --points=1,1:3,3 --outdir={out} --mask={file}", "picture", "photo"),
    _gan("drag --network={sound} --points=1,1:3,3 --outdir={out} --direction={file}:1", "array"),
    _gan("blend --network={file} --with={sound} --amount=0.5 --output={out}.safetensors", *NETWORKS),
    _gan("blend --network={sound} --with={file} --amount=0.5 --output={out}.safetensors", *NETWORKS),
    _gan("blend snapshots --network={file} --half-life=1 --output={out}.safetensors", *NETWORKS),
    _gan("convert --network={file} --output={out}.safetensors", *NETWORKS),
    _gan("inspect --network={file}", *NETWORKS),
    _gan("diversity --network={file} --num=2", *NETWORKS),
    _gan("dataset --source={file} --dest={out}.zip", "data"),
    _gan("dataset display --source={file} --save={out}.png", "data"),
    _gan("dataset extract --source={file} --outdir={out}", "data"),
    _gan("dataset compare --source={file} --other={data}", "data"),
    _gan("dataset compare --source={data} --other={file}", "data"),
    _gan("train --outdir={out} --data={file} --cfg=stylegan2 --gpus=1 --batch=4 --gamma=1 --dry-run", "data"),
    _gan("train --outdir={out} --data={data} --resume={file} --cfg=stylegan2 --gpus=1 --batch=4 --gamma=1", *NETWORKS),
    _gan(
        "train --outdir={out} --data={data} --detector={file} --metrics=fid50k_full --cfg=stylegan2 --gpus=1 --batch=4 "
        "--gamma=1",
        "script",
    ),
    _gan("metrics --network={file} --metrics=kid10k_lite0_full", *NETWORKS),
    _gan("metrics --network={sound} --metrics=is10 --detector={file}", "script"),
    _gan("metrics --network={sound} --metrics=ls --classifiers={file}", "network"),
    _gan("metrics train-classifiers --data={file} --outfile={out}.safetensors", "data"),
    _gan("spectra stats --source={file} --num=2", "data", *NETWORKS),
    _gan("spectra calc --source={file} --num=2 --mean=0 --std=1 --dest={out}.npz", "data", *NETWORKS),
    _gan("spectra heatmap --source={file} --save={out}.png", "array"),
    _gan("spectra slices --source={file} --save={out}.png", "array"),
    _gan("spectra radial --network={array} --dataset={file}", "array"),
    _renderer("picture --recipe={file} --out={out}.png", "document", "picture"),
    _renderer("picture --recipe={document} --network={file} --out={out}.png", *NETWORKS),
    _renderer("film --session={file} --out={out}.mp4", "document", "picture"),
    _renderer("film --session={document} --network={file} --out={out}.mp4", *NETWORKS),
    _renderer("seeds --session={file} --seeds=0 --out={out}", "document", "picture"),
    _renderer("seeds --session={document} --network={file} --seeds=0 --out={out}", *NETWORKS),
    _renderer("drag --recipe={file} --points=1,1:3,3 --outdir={out}", "document", "picture"),
    _renderer("drag --recipe={document} --mask={file} --points=1,1:3,3 --outdir={out}", "picture", "photo"),
)
