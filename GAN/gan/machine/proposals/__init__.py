"""What is missing in a machine's configuration, proposed: from quantities and failures that the trade knows.

Every proposed value is noted in `assumed` beside it, with what it rests on. What nobody can know is asked for.
"""
