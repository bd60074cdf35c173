"""Linear separability (StyleGAN, arXiv 1812.04948, section 4.2 and appendix C): one hyperplane per attribute."""

import math
import warnings

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]


def separability(latents: Array, logits: Array) -> float:
    """Linear separability of attributes in a latent space: exp( sum_i H(Y_i | X_i) ); 1 is perfect.

    For each attribute the more confidently classified half of the samples is kept. X is the side of a linear SVM's
    plane, fitted to the latents, and Y is what the classifier saw in the image; H is in nats.

    Args:
        latents: [N, D], one point for each image.
        logits: [N, attributes], the classifiers' answers for the images; positive where it has the attribute.

    Raises:
        ValueError: there are fewer than 4 samples, or scikit-learn is not installed.
    """
    if len(latents) < 4:
        raise ValueError("Linear separability needs at least 4 pictures: ask for more samples.")
    return math.exp(sum(_entropy_of_attribute(latents, logits[:, i]) for i in range(logits.shape[1])))


def conditional_entropy(sides: npt.NDArray[np.bool_], answers: npt.NDArray[np.bool_]) -> float:
    """Return H(Y | X) = - sum p(x, y) log p(y | x) in nats, of samples [N] of two binary variables."""
    entropy = 0.0
    for side in (False, True):
        of_side = answers[sides == side]
        for answer in (False, True):
            joint = np.count_nonzero(of_side == answer)
            if joint:
                entropy -= joint / len(answers) * math.log(joint / len(of_side))
    return entropy


def _entropy_of_attribute(latents: Array, logits: Array) -> float:
    kept = np.argsort(-np.abs(logits), kind="stable")[: len(logits) // 2]
    answers = logits[kept] > 0
    if answers.all() or not answers.any():
        return 0.0  # only one class: nothing to separate
    return conditional_entropy(_sides(latents[kept], answers), answers)


def _sides(points: Array, answers: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the side of each point relative to a linear SVM's hyperplane, fitted to the answers."""
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.svm import LinearSVC
    except ImportError as error:
        raise ValueError("ls needs scikit-learn: pip install 'stylescope[metrics]'.") from error
    machine = LinearSVC(dual="auto", random_state=0)
    with warnings.catch_warnings():
        # With overlapping classes the fit does not quite converge; the published metric uses it as it is.
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(points, answers)
    sides: npt.NDArray[np.bool_] = machine.predict(points).astype(bool)
    return sides
