import { z } from "zod";

/** `--alerts` as it comes from the command line. */
export const alertFlags = {
  alerts: z.string().min(1, 'Cannot use --alerts "": expected a file').optional(),
};
