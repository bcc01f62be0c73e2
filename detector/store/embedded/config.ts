/** Name of the config file within the data folder. */
export const configFile = "config.xml";

/**
 * The server's config. What is not named here is off: system log tables (query_log, trace_log, metric_log, text_log, …)
 * exist only when a config asks for them, so an idle server writes nothing to disk.
 * `level` alone lets debug lines of HTTP sessions through; `console_log_level` is what keeps stderr quiet.
 */
export const configXml = `<clickhouse>
  <logger>
    <level>warning</level>
    <console>1</console>
    <console_log_level>warning</console_log_level>
  </logger>
</clickhouse>
`;
