/** What `send` and `receive` have in common, so that the two agree when nobody says otherwise. */
export const port = { min: 1, max: 65_535 } as const;
export const defaultPort = 9000;
/** Without FCS. */
export const frameBytes = { min: 64, max: 1514 } as const;
export const defaultFrameBytes = 512;
export const leastSeconds = 0.05;
