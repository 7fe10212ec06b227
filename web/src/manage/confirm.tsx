import { type FormEvent, type ReactNode, useId } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { RefusalNote } from './refusal.tsx';
import { say } from './say.ts';

type Props = {
  title: string;
  /** What is true once it is done, and whether there is a way back. */
  children: ReactNode;
  confirm: string;
  isGrave?: boolean;
  isBusy: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
};

type FrameProps = { title: string; isDismissable: boolean; onClose: () => void; children: ReactNode };

/** A dialog, shown as long as it is there. */
export function DialogFrame({ title, isDismissable, onClose, children }: FrameProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={isDismissable}
      onOpenChange={isOpen => isOpen || onClose()}
    >
      <Modal className="modal">
        <Dialog className="card dialog" role="alertdialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Asks before something is done that others notice. */
export function Confirm(props: Props) {
  const { title, children, confirm, isGrave = false, isBusy, error, onConfirm, onClose } = props;
  const form = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) onConfirm();
  };
  return (
    <DialogFrame title={title} isDismissable={!isBusy} onClose={onClose}>
      <form id={form} className="dialog-body" onSubmit={submit}>
        {children}
      </form>
      {error ? <RefusalNote error={error} /> : null}
      <p className="buttons">
        <button type="button" className="button" onClick={onClose} disabled={isBusy}>
          {say('confirm.cancel')}
        </button>
        <button
          type="submit"
          form={form}
          className={isGrave ? 'button grave' : 'button primary'}
          aria-disabled={isBusy}
        >
          {isBusy ? say('confirm.busy') : confirm}
        </button>
      </p>
    </DialogFrame>
  );
}
