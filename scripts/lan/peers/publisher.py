"""The publisher of this folder, as a process of the original."""
import layer_cake as lc
from tell import tell


def publisher(self, name: str = None, scope: lc.ScopeOfDirectory = None, label: str = None):
    label = label or "publisher"
    lc.publish(self, name or "svc", scope=scope or lc.ScopeOfDirectory.HOST)
    while True:
        m = self.input()
        if isinstance(m, lc.Stop):
            return lc.Aborted()
        if isinstance(m, lc.Enquiry):
            self.send(lc.Ack(), self.return_address)
        elif isinstance(m, lc.Published):
            tell(label, f"published {m.name}")
        elif isinstance(m, lc.NotPublished):
            tell(label, f"refused {m}")
        elif isinstance(m, lc.Delivered):
            tell(label, f"delivered {m.name} {m.scope.name}")
        elif isinstance(m, lc.Dropped):
            tell(label, f"dropped {m.name} {m.scope.name}")


lc.bind(publisher)

if __name__ == "__main__":
    lc.create(publisher)
