/** Whether the page of the lock is open. It lies over the whole page: what is under it may change meanwhile. */
export const lockPage = $state({ open: false });
