"""The subscriber of this folder, as a process of the original."""
import layer_cake as lc
from tell import tell


def subscriber(self, search: str = None, scope: lc.ScopeOfDirectory = None, label: str = None):
    label = label or "subscriber"
    lc.subscribe(self, search or "svc", scope=scope or lc.ScopeOfDirectory.HOST)
    while True:
        m = self.input()
        if isinstance(m, lc.Stop):
            return lc.Aborted()
        if isinstance(m, lc.Ack):
            tell(label, "answered")
        elif isinstance(m, lc.Subscribed):
            tell(label, f"subscribed {m.search}")
        elif isinstance(m, lc.Dropped):
            tell(label, f"dropped {m.name} {m.scope.name}")
        elif isinstance(m, lc.Available):
            tell(label, f"available {m.name} {m.scope.name}")
            self.send(lc.Enquiry(), m.publisher_address)


lc.bind(subscriber)

if __name__ == "__main__":
    lc.create(subscriber)
