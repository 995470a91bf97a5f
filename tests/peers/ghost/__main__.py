from .bring import bring

bring()
