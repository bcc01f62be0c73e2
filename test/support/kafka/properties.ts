export interface BrokerPlace {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
}

/** Config of a single node that is both broker and controller, quick to start and quick to come back. */
export function brokerProperties({ port, controllerPort, dataDir }: BrokerPlace): string {
  const address = `PLAINTEXT://127.0.0.1:${port}`;
  const controller = `127.0.0.1:${controllerPort}`;
  return Object.entries({
    "process.roles": "broker,controller",
    "node.id": 1,
    listeners: `${address},CONTROLLER://${controller}`,
    "advertised.listeners": address,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": `1@${controller}`,
    "log.dirs": dataDir,
    ...forOneNode("offsets.topic"),
    ...forOneNode("transaction.state.log"),
    ...forOneNode("share.coordinator.state.topic"),
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    // With the default of 9 s a broker killed and started again is taken for its own double that long.
    "broker.session.timeout.ms": 1_000,
    "broker.heartbeat.interval.ms": 200,
    "auto.create.topics.enable": false,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "log.cleaner.dedupe.buffer.size": 2_097_152,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

function forOneNode(topic: string): Record<string, number> {
  return { [`${topic}.num.partitions`]: 1, [`${topic}.replication.factor`]: 1 };
}
