import { useEffect, useState } from 'react';

/** Whether what is shown has been so for `millis`, so that more can be said about the waiting. */
export function useIsLong(millis: number): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), millis);
    return () => clearTimeout(timer);
  }, [millis]);
  return isLong;
}
