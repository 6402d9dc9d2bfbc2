"""Another Python's environment: what it is, what is installed in it, and putting a locked wheel there.

The only home of PyPA's `installer`. Nothing of that environment is imported; its interpreter is asked once.
"""
