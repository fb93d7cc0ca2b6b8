"""How the operator's side says that it cannot go on: a paragraph that ends with a line to type."""


class Advice(SystemExit):
    """Stop the program with words for the person who runs it, on standard error, exit code 1.

    A `SystemExit`, because a wrong setting is met while Django itself is being configured: there a plain exception
    would be shown as a traceback, and the sentence that helps would be its last line.
    """

    def __init__(self, *paragraphs: str) -> None:
        self.text = "\n\n".join(paragraph.strip() for paragraph in paragraphs if paragraph.strip())
        super().__init__("\n" + self.text + "\n")

    def __str__(self) -> str:
        return self.text
