"""Models on their way into the site: taken in, checked in a process of their own, kept, and put on offer."""
