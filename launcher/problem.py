"""Something that keeps a command from doing its work, in words for the person who typed it."""


class LaunchProblem(Exception):
    """The message says what is wrong and, where one can say, what to do."""
