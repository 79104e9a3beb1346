"""A client of good manners, of the original: `client.py --port=N --seconds=S`; see `client.ts`."""
import json
import time

import layer_cake as lc


def client(self, port: int = 0, seconds: int = 10):
    lc.connect(self, lc.HostPort("127.0.0.1", port))
    if not isinstance(self.input(), lc.Connected):
        return lc.Faulted("not connected")
    proxy = self.return_address
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        window, times = time.monotonic(), []
        while time.monotonic() - window < 0.5:
            start = time.monotonic()
            self.send(lc.Ping(), proxy)
            answer = self.input()
            if not isinstance(answer, lc.Ack):
                print(json.dumps(dict(error=str(answer))), flush=True)
                return lc.Faulted("not answered")
            times.append(round((time.monotonic() - start) * 1e6))
            time.sleep(0.001)
        print(json.dumps(dict(at=time.time() * 1000, times=times)), flush=True)


lc.bind(client)

if __name__ == "__main__":
    lc.create(client)
